export async function runDemo(url: string, say: (line: string) => void): Promise<void> {
  say(url);
  await Promise.resolve();
}
