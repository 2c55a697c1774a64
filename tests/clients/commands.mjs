// The two directions of a script's conversation with the test that drives it: see README.md.
import readline from 'node:readline';

export function report(event, text) {
  process.stdout.write(text === undefined ? `${event}\n` : `${event} ${JSON.stringify(text)}\n`);
}

/** Yields `[command, text]` until standard input ends. */
export async function* commands() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command] = line.split(' ', 1);
    yield [command, line.length > command.length ? JSON.parse(line.slice(command.length)) : undefined];
  }
}
