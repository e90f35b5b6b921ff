// What a message repeats of what was set: nothing that looks like a secret, which stands where it should not only by mistake.

/** The text of a file in place of its path, as PEM or JSON, or a URL with a user name and password. */
const LIKE_A_SECRET = /[\r\n]|^\s*[{[]|-----BEGIN|:[^@]*@/;

/** The value, or null where it may be a secret. */
export const shownValue = (value: string): string | null => (LIKE_A_SECRET.test(value) ? null : value);

/** For a sentence that says what a variable is. */
export const quotedValue = (value: string): string => {
  const shown = shownValue(value);
  return shown === null ? 'something else' : `"${shown}"`;
};

/** For one that says that the file is not there, or cannot be read. */
export const unreadableFile = (variable: string, path: string, error: NodeJS.ErrnoException): string => {
  const shown = shownValue(path);
  return shown === null
    ? `${variable} must be the path of a file, and it holds something else.`
    : `${variable} names ${shown}, which cannot be read (${error.code}).`;
};
