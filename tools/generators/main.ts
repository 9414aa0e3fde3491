import { generate } from './generate';

async function main(): Promise<void> {
  for (const file of await generate(process.cwd(), process.argv.slice(2))) console.log(file);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
