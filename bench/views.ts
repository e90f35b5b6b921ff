// What a client sees of an execution: the parts of the API's answers that runs under disturbances read.

export interface SeenResponse {
  readonly reviewerId: string;
  readonly decision: 'approve' | 'reject';
}

export interface SeenStep {
  readonly stepId: string;
  readonly nodeId: string;
  readonly nodeType: string;
  readonly status: string;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly output: { readonly responses?: readonly SeenResponse[] } | null;
}

export interface SeenExecution {
  readonly executionId: string;
  readonly definitionId: string;
  readonly idempotencyKey: string;
  readonly correlationId: string;
  readonly status: string;
  readonly failureReason: { readonly code: string } | null;
  readonly steps: readonly SeenStep[];
}

export interface SeenEvent {
  readonly eventId: string;
  readonly seq: number;
  readonly type: string;
  readonly stepId: string | null;
  readonly timestamp: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

export const isOver = ({ status }: Pick<SeenExecution, 'status'>): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

export const responsesOf = (step: SeenStep): readonly SeenResponse[] => step.output?.responses ?? [];
