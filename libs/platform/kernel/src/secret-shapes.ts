/** The shapes of well-known credentials. None takes a quote, or a backslash before one, so that JSON text stays JSON. */
const SHAPES: Readonly<Record<string, string>> = {
  'private key': String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[A-Za-z0-9+/=:,.\s-]+|\\{1,8}[nrt])*`,
  'aws key': String.raw`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`,
  'github token': String.raw`\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})\b`,
  'gitlab token': String.raw`\bglpat-[\w-]{20,64}\b`,
  'anthropic key': String.raw`\bsk-ant-[\w-]{24,255}`,
  'openai key': String.raw`\bsk-(?:proj|svcacct|admin)-[\w-]{32,255}|\bsk-[A-Za-z0-9]{40,64}\b`,
  'google key': String.raw`\bAIza[\w-]{35}(?![\w-])`,
  'slack token': String.raw`\bxox[abeprs]-[A-Za-z0-9-]{16,255}\b`,
  'stripe key': String.raw`\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,255}\b`,
  'npm token': String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  'pypi token': String.raw`\bpypi-AgE[\w-]{50,255}`,
  'hugging face token': String.raw`\bhf_[A-Za-z]{34}\b`,
  'sendgrid key': String.raw`\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])`,
  'digitalocean token': String.raw`\bdo[opr]_v1_[a-f0-9]{64}\b`,
  'syntropic key': String.raw`\bsyn_[0-9a-f]{12}_[\w-]{43}(?![\w-])`,
  token: String.raw`\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,1000}`,
  password: String.raw`(?<=\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'\\]{0,100}:)[^\s:/@"'\\$<{*[]{3,200}(?=@[\w[])`,
};

const names = Object.keys(SHAPES);
const ANY = new RegExp(names.map((name) => `(${SHAPES[name] ?? ''})`).join('|'), 'g');

/** A part of every shape: text without any of them is not searched. */
const HINT =
  /PRIVATE KEY|A[KS]IA|gh[pousr]_|github_pat_|glpat-|sk-|AIza|xox|[rs]k_|npm_|pypi-|hf_|SG\.|_v1_|syn_|eyJ|:\/\//;

/** The text with names in the place of credentials of known shapes. JSON text stays JSON. */
export function redactSecrets(text: string): string {
  if (!HINT.test(text)) return text;
  return text.replace(ANY, (_, ...found: readonly (string | undefined)[]) => {
    const shape = found.findIndex((group) => group !== undefined);
    return `[${names[shape] ?? 'secret'}]`;
  });
}
