// What a workflow's tasks repeat of each other is bounded: a hundred steps may begin with one and the same output.
import { expect, test } from '@jest/globals';
import { workflowOf } from '../../../src/api/conductor/workflow-view';
import type { Inspection } from '../../../src/api/executions/views';

const MIB = 1024 * 1024;

test('inputs that come to more than 8 MiB together are left out from there on', () => {
  const output = { text: 'x'.repeat(MIB - 100) };
  const steps = Array.from({ length: 12 }, (_, n) => ({
    stepId: `step_${n}`,
    nodeId: `n${n}`,
    nodeType: 'human',
    status: 'waiting',
    iteration: 1,
    input: n === 0 ? null : output,
    output: n === 0 ? output : null,
  }));
  const view = { executionId: 'exec_a', definitionId: 'd', status: 'running', steps };
  const inspection = { view, context: { triggerContext: { topic: 'launch' } } } as unknown as Inspection;
  const { tasks } = workflowOf(inspection, { includeTasks: true });
  expect(
    tasks.map(({ inputData }) => ('topic' in inputData ? 'input' : 'text' in inputData ? 'output' : 'none')),
  ).toEqual(['input', ...Array(8).fill('output'), ...Array(3).fill('none')]);
});
