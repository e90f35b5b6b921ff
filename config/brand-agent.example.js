// An example agent: a function from the request to an object. What it returns becomes the step's output.
module.exports = async function brandAgent({ input, triggerContext, idempotencyKey }, { signal }) {
  signal.throwIfAborted();
  const text = String(input.body ?? triggerContext.body ?? '');
  return { passesBrandCheck: !/cheap/i.test(text), checkedLength: text.length, idempotencyKey };
};
