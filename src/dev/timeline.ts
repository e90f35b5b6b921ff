// Prints what happens as a timeline that a person can read: seconds since the start, who, and what.

export type Actor = 'server' | 'client' | 'agent' | 'reviewer' | 'webhook';

export interface Timeline {
  line(actor: Actor, text: string): void;
  heading(text: string): void;
  plain(text: string): void;
}

const COLOUR: Record<Actor, number> = { server: 90, client: 36, agent: 35, reviewer: 33, webhook: 32 };

/** Colours only where a person looks at it. */
export function timeline(out: NodeJS.WriteStream, startedAt: number): Timeline {
  const paint = (code: number, text: string) => (out.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    line(actor, text) {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
      out.write(`${paint(90, `${seconds} s`)}  ${paint(COLOUR[actor], actor.padEnd(8))}  ${text}\n`);
    },
    heading: (text) => void out.write(`\n${paint(1, text)}\n\n`),
    plain: (text) => void out.write(`${text}\n`),
  };
}
