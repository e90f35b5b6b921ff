// What the demo plays: the seed's example of the reference (webhook's host and secret aside).
export { EXAMPLE_DEFINITION as DEMO_DEFINITION, EXAMPLE_DISPATCH as DEMO_DISPATCH } from '../api/examples';
