// A number of things, in words.

export const counted = (count: unknown, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
