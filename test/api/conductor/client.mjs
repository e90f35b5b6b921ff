// Plays Conductor's own client, as its users run it, and prints what it was answered. Arguments: a JSON object.
import { createConductorClient, noopLogger, WorkflowExecutor } from '@io-orkes/conductor-javascript';

const { serverUrl, keyId, keySecret, name, idempotencyKey, staleToken } = JSON.parse(process.argv[2]);
const client = await createConductorClient({ serverUrl, keyId, keySecret, logger: noopLogger });
// A token that has run out: the client takes a new one, and sends its POST again without a content type.
if (staleToken) client.setConfig({ auth: staleToken });
const executor = new WorkflowExecutor(client);

const failureOf = (call) =>
  call.then(
    () => null,
    (error) => ({ name: error.name, message: error.message }),
  );

const request = {
  name,
  version: 1,
  input: { a: 1 },
  correlationId: 'c-1',
  priority: 7,
  idempotencyKey,
  idempotencyStrategy: 'FAIL',
};
const first = await executor.startWorkflow(request);
const second = await executor.startWorkflowByName(name, { b: 2 }, 1, 'c-2', 60);
const endAndRead = async () => {
  await executor.terminate(first, 'enough');
  return executor.getWorkflow(first, false);
};
const played = {
  first,
  second,
  workflow: await executor.getWorkflow(first, true),
  execution: await executor.getExecution(second),
  status: await executor.getWorkflowStatus(first, true, true),
  again: await failureOf(executor.startWorkflow(request)),
  terminated: await endAndRead(),
  unknownName: await failureOf(executor.startWorkflow({ ...request, name: 'NoSuchThing' })),
  unknownByName: await failureOf(executor.startWorkflowByName('NoSuchThing', {})),
  unknownId: await failureOf(executor.getWorkflow('86e6cce1-0599-81f1-913a-226156badb04', false)),
  unknownEnd: await failureOf(executor.terminate('86e6cce1-0599-81f1-913a-226156badb04', 'x')),
};
process.stdout.write(JSON.stringify(played), () => process.exit(0));
