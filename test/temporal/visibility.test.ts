import { describe, expect, test } from '@jest/globals';
import { visibilityQuery } from '../../src/temporal/visibility';

describe('a Visibility query', () => {
  test('holds what is set, and only that', () => {
    expect(visibilityQuery({ WorkflowType: 'execution', Workspace: 'w', DefinitionId: undefined })).toBe(
      "WorkflowType = 'execution' AND Workspace = 'w'",
    );
  });

  test('of a list one value must hold', () => {
    const filter = { WorkflowType: 'execution', Workspace: 'w', ExecutionStatus: ['Failed', 'TimedOut'] } as const;
    expect(visibilityQuery(filter)).toContain("ExecutionStatus IN ('Failed', 'TimedOut')");
  });

  test('no value ends its own string', () => {
    const filter = { WorkflowType: 'execution', Workspace: 'w', CorrelationId: "x\\' OR '1' = '1" };
    expect(visibilityQuery(filter)).toContain("CorrelationId = 'x\\\\'' OR ''1'' = ''1'");
  });
});
