// What agents and receivers return, as JSON without half characters.

/**
 * With U+FFFD for half a character where one was cut: the API takes none from its callers, so nobody could name a response by
 * such an id, and strict readers refuse JSON that has one. Only halves are written as escapes in JSON that we write; a backslash
 * before them is one of the text itself.
 */
export const wholeCharacters = (json: string): string =>
  json.replace(/(?<!\\)((?:\\\\)*)\\u(?:d[89a-f][0-9a-f]{2})/g, '$1\ufffd');
