// agentops 0.1.0 of npm: an agent of OpenAI's agents SDK with a tool and another that fails, and a span of one's own; spans as OTLP JSON.
import { createRequire } from 'node:module';

const { DEBRIEF_URL, DEBRIEF_KEY, MODEL_URL, SESSION } = process.env;
process.env.OPENAI_API_KEY = 'none';
process.env.OPENAI_BASE_URL = `${MODEL_URL}/v1`;

// The SDK patches what is required, not what is imported.
const require = createRequire(import.meta.url);
const { agentops } = require('agentops');
const QUESTION = 'What is the weather in Łódź? 🇵🇱';

const { Agent, getGlobalTraceProvider, run, setTraceProcessors, tool, withTrace } = require('@openai/agents');
// The agents SDK would tell OpenAI of its traces.
setTraceProcessors([]);
await agentops.init({ apiKey: DEBRIEF_KEY, apiEndpoint: DEBRIEF_URL, otlpEndpoint: DEBRIEF_URL, serviceName: 'weather-service' });
const { trace } = require('@opentelemetry/api');
const { z } = require('zod');

const get_weather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => JSON.stringify({ celsius: 21, city }),
});
const agent = new Agent({ name: 'forecaster', model: 'gpt-4o', instructions: 'Be brief', tools: [get_weather] });

const mine = trace.getTracer('weather').startSpan('handle request', { attributes: { 'session.id': SESSION } });
mine.end();
await withTrace(SESSION, async () => {
  await run(agent, QUESTION);
});
// It hands its spans over when it ends, and does not say when that is done.
getGlobalTraceProvider().shutdown();
await new Promise((resolve) => setTimeout(resolve, 500));
await agentops.shutdown();

console.log(JSON.stringify({
  // Nobody can say which trace it becomes.
  root: SESSION,
  others: [{ session: SESSION }],
  agent: 'forecaster',
  unsaid: ['provider', 'requestModel', 'responseModel', 'cacheReadTokens', 'reasoningTokens', 'finishReason', 'toolCalls'],
  llm: [
    { requestModel: 'gpt-4o', responseId: 'resp_wants-tool', question: QUESTION },
    { requestModel: 'gpt-4o', responseId: 'resp_answers' },
  ],
  tools: [{ name: 'get_weather', status: 'ok', arguments: { city: 'Łódź' }, result: { celsius: 21, city: 'Łódź' } }],
  spans: [],
}));
process.exit(0);
