// How PendingReviewers writes a reviewer's id (docs/decisions/0023-searchable-reviewers.md).
import { expect, test } from '@jest/globals';
import { searchableReviewer } from '../../../src/workflows/contract/names';

test.each([
  ['ann@acme.com', 'ann@acme.com'],
  ["O'Hara", "O'Hara"],
  ["'ann'", '%27ann%27'],
  ['a"b', 'a%22b'],
  ["'", '%27'],
])('%s is written as %s', (userId, written) => {
  expect(searchableReviewer(userId)).toBe(written);
});

test('an execution from before apostrophes were code points has the text that its history has', () => {
  expect(searchableReviewer("'ann'", { encodesApostrophes: false })).toBe("'ann'");
  expect(searchableReviewer("'", { encodesApostrophes: false })).toBe('%27');
});
