// What is said of an answer that is no success.

/** `The receiver answered 302, and redirects are not followed.` */
export function answeredSentence(who: string, status: number): string {
  const isRedirect = status >= 300 && status < 400;
  return `${who} answered ${status}${isRedirect ? ', and redirects are not followed' : ''}.`;
}
