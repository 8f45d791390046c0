// agentops 0.1.0 of npm: an agent of OpenAI's agents SDK with a tool and another that fails, and a span of one's own; spans as OTLP JSON.
import { createRequire } from 'node:module';

const { DEBRIEF_URL, DEBRIEF_KEY, MODEL_URL, SESSION } = process.env;
process.env.OPENAI_API_KEY = 'none';
process.env.OPENAI_BASE_URL = `${MODEL_URL}/v1`;
process.env.OPENAI_AGENTS_DISABLE_TRACING = '0';

// The SDK patches what is required, not what is imported.
const require = createRequire(import.meta.url);
const { agentops } = require('agentops');
const QUESTION = 'What is the weather in Łódź? 🇵🇱';

await agentops.init({ apiKey: DEBRIEF_KEY, apiEndpoint: DEBRIEF_URL, otlpEndpoint: DEBRIEF_URL, serviceName: 'weather-service' });
const { Agent, BatchTraceExporter, getGlobalTraceProvider, run, setTraceProcessors, tool, withTrace } = require('@openai/agents');
const { trace } = require('@opentelemetry/api');
const { z } = require('zod');

const get_weather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => JSON.stringify({ celsius: 21, city }),
});
const agent = new Agent({ name: 'forecaster', model: 'gpt-4o', instructions: 'Be brief', tools: [get_weather] });
let traceId;
const mine = trace.getTracer('weather').startSpan('handle request', { attributes: { 'session.id': SESSION } });
traceId = mine.spanContext().traceId;
mine.end();
await withTrace(SESSION, async () => {
  await run(agent, QUESTION);
});
await new Promise((resolve) => setTimeout(resolve, 500));
await agentops.shutdown();

console.log(JSON.stringify({
  session: SESSION,
  trace: traceId,
  agent: 'forecaster',
  llm: [
    { requestModel: 'gpt-4o', responseId: 'resp_wants-tool', question: QUESTION },
    { requestModel: 'gpt-4o', responseId: 'resp_answers' },
  ],
  tools: [{ name: 'get_weather', status: 'ok', arguments: { city: 'Łódź' }, result: { celsius: 21, city: 'Łódź' } }],
  spans: ['handle request'],
}));
process.exit(0);
