// Every bound of contract 1 and 2 that a caller can run into, in one place.

export const LIMITS = {
  definitionIdPattern: /^[a-z0-9][a-z0-9-]{2,63}$/,
  /** Node and group ids: what contract 2 section 2 allows. */
  nodeIdPattern: /^[A-Za-z0-9_.:-]{1,64}$/,
  nodeIdLengthMax: 64,
  agentIdLengthMax: 128,
  /** Idempotency keys and correlation ids (seed dispatch-execution). */
  keyPattern: /^[A-Za-z0-9:_\-.]{1,200}$/,
  /** Of the dialects' callers (contract 5), in characters. */
  dialectKeyLengthMax: 1_000,
  dialectCorrelationIdLengthMax: 200,
  definitionBytesMax: 512 * 1024,
  /** What the head of a definition keeps of its past versions, as JSON: about 10,000 of them. */
  pastVersionsBytesMax: 1024 * 1024,
  /** Of one execution, unless MAX_STEPS says fewer (contract 2 section 5). */
  stepsMax: 1_000,
  nodesMax: 100,
  edgesMax: 500,
  groupsMax: 100,
  groupMembersMax: 100,
  triggersMax: 50,
  triggerIdLengthMax: 128,
  eventNameLengthMax: 128,
  allowedEventsMax: 50,
  signaturePrefixLengthMax: 64,
  bodyPathLengthMax: 500,
  cronLengthMax: 256,
  timezoneLengthMax: 64,
  tagsMax: 20,
  tagLengthMax: 64,
  nameLengthMax: 200,
  descriptionLengthMax: 2_000,
  reviewersMax: 50,
  userIdLengthMax: 128,
  reviewerEmailsMax: 50,
  commentBodyLengthMax: 8_000,
  remindMsMin: 1_000,
  remindersMax: 100,
  /** Of a node that repeats its reminder and says no number. */
  remindersDefault: 10,
  /** A run that takes more bytes plans no further reminder: what is left is for decisions. */
  reminderRunBytesMax: 768 * 1024,
  /** Of one step. */
  reassignmentsMax: 100,
  promptOverrideLengthMax: 8_000,
  /** Of a destination, as it is written. */
  urlLengthMax: 2_048,
  /** Of an agent's urlPath. */
  urlPathLengthMax: 500,
  /** A year of 366 days. */
  slaMsMax: 31_622_400_000,
  webhookTimeoutMsMin: 1_000,
  webhookTimeoutMsMax: 60_000,
  webhookTimeoutMsDefault: 10_000,
  webhookStatusCodesMax: 20,
  webhookHeadersMax: 20,
  webhookHeaderLengthMax: 2_048,
  /** Of one node's token in `triggerContext.webhookAuth`. */
  webhookTokenLengthMax: 4_096,
  bodyTemplateLengthMax: 16_000,
  subjectTemplateLengthMax: 2_000,
  recipientsMax: 50,
  emailLengthMax: 320,
  /** Of a message, once made from its template. */
  messageLengthMax: 128 * 1024,
  /** A longer subject is cut. */
  subjectLengthMax: 1_000,
  agentMaxRuntimeMsMax: 86_400_000,
  agentMaxRuntimeMsDefault: 600_000,
  retryAttemptsMax: 20,
  retryIntervalMsMax: 3_600_000,
  retryBackoffMax: 100,
  loopIterationsMax: 20,
  decisionReasonLengthMax: 2_000,
  cancelReasonLengthMax: 500,
  webhookSecretLengthMin: 16,
  webhookSecretLengthMax: 512,
  webhookEventTypesMax: 50,
  /** Events named in one executions/redeliver. */
  redeliveriesMax: 1_000,
  whenLengthMax: 1_000,
  whenDepthMax: 32,
  /** Instructions of one compiled regex (docs/decisions/0052). */
  regexSizeMax: 500,
  /** Of all different regexes of a definition together. */
  regexSizeSumMax: 2_500,
  /** What all `when`s of a definition together may cost when they run, in units of about 25 nanoseconds. */
  whenWorkMax: 5_000_000,
  /** What all `when`s of an execution together may cost as its steps end, in the same units (docs/decisions/0140). */
  whenWorkOfExecutionMax: 40_000_000,
  /** A `when` that costs no more has its answer whatever the others have cost, in the same units. */
  whenWorkFree: 250,
  /** All parsed `when`s as JSON: with the definition they must fit into one payload (docs/decisions/0051). */
  conditionsBytesMax: 512 * 1024,
  /** The compiled form as JSON (docs/decisions/0051). */
  compiledBytesMax: 1_536 * 1024,
  stepIdLengthMax: 200,
  /** An agent's output as JSON (contract 2 section 5). */
  outputBytesMax: 256 * 1024,
  /** What a blocking agent may ask to be resolved in one step. */
  agentResponsesMax: 1_000,
  actorIdLengthMax: 256,
  /** What is kept of the message of an agent or a receiver that failed, and is said elsewhere of a rejection's reason. */
  errorMessageLengthMax: 4_000,
  /** The run as stored, event log included (contract 2 section 5). */
  runBytesMax: 1_536 * 1024,
  /** The request of an agent or a webhook as JSON (contract 2 section 5). */
  requestBytesMax: 1_536 * 1024,
  /** Of every list (contract 1 section 3). */
  pageSizeMax: 500,
  pageSizeDefault: 50,
  cursorLengthMax: 4_096,
  /** What a list is filtered by: the longest id that can be asked for. */
  filterLengthMax: 200,
  /** A page of definitions ends when it has passed this many bytes. */
  definitionPageBytesMax: 8 * 1024 * 1024,
  /** What the tasks of one workflow repeat of its input to Conductor's callers, together. */
  taskInputsBytesMax: 8 * 1024 * 1024,
  /** The workflows of one answer to Conductor's callers. */
  workflowListBytesMax: 8 * 1024 * 1024,
  /** As JSON that we write; in a request it is bounded by `bodyBytesMax`. */
  triggerContextBytesMax: 1_280 * 1024,
  bodyBytesMax: 1024 * 1024,
  jsonDepthMax: 64,
} as const;
