// What an execution that is dispatched now says of how its news is worked off.
export const NEWS_RULES = {
  isWhole: true,
  letsLocalsEnd: true,
  takesCallsOnceBegun: true,
  renewsByNews: true,
  cancelsLater: true,
  keepsTimes: true,
};
