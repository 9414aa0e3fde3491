/** The key or token of a request: that of `Bearer`, or the password of `Basic`, or its name where the password is empty. */
export function credentialIn({
  headers,
}: Readonly<{ headers: Readonly<{ authorization?: string | undefined }> }>): string | undefined {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+) *$/.exec(headers.authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      const [name = '', password] = Buffer.from(value, 'base64').toString('utf8').split(':', 2);
      return password === undefined || password === '' ? name : password;
    }
    default:
      return undefined;
  }
}
