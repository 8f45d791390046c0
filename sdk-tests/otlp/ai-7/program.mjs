// Vercel's AI SDK 7 with `@ai-sdk/otel`: generateText with a tool, streamText, a tool that fails; spans as OTLP JSON.
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, isStepCount, registerTelemetry, streamText, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { z } from 'zod';

const { DEBRIEF_URL, DEBRIEF_KEY, MODEL_URL, SESSION } = process.env;
const QUESTION = 'What is the weather in Łódź? 🇵🇱';

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'weather-service' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({
    url: `${DEBRIEF_URL}/v1/traces`, headers: { Authorization: `Bearer ${DEBRIEF_KEY}` },
  }))],
});
provider.register();
registerTelemetry(new OpenTelemetry(process.argv[2] === 'context' ? { runtimeContext: true, usage: true } : {
  enrichSpan: ({ runtimeContext }) => runtimeContext && {
    'gen_ai.conversation.id': runtimeContext.sessionId, 'user.id': runtimeContext.userId,
  },
}));

const openai = createOpenAI({ baseURL: `${MODEL_URL}/v1`, apiKey: 'none' });
// There is no word for sessions and users. They are context, and which of it is told must be said; then it becomes attributes of the SDK's own
// (variant `context`), or the program makes attributes of it (variant `enriched`).
const runtimeContext = { sessionId: SESSION, userId: `ada-${SESSION}`, tags: ['weather', 'łódź'] };
const telemetry = { functionId: 'forecaster', includeRuntimeContext: { sessionId: true, userId: true, tags: true } };
const first = await generateText({
  model: openai.chat('gpt-4o'),
  instructions: 'Be brief',
  prompt: QUESTION,
  temperature: 0.2,
  maxOutputTokens: 200,
  maxRetries: 0,
  stopWhen: isStepCount(3),
  tools: {
    get_weather: tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => ({ celsius: 21, city }),
    }),
  },
  runtimeContext,
  telemetry,
});
const stream = streamText({
  model: openai.chat('gpt-4o'),
  messages: [{ role: 'user', content: QUESTION }, ...first.response.messages, { role: 'user', content: 'What shall I wear?' }],
  maxRetries: 0,
  runtimeContext,
  telemetry,
});
await stream.consumeStream();

const count = (total) => ({ total, noCache: total, cacheRead: 0, cacheWrite: 0 });
await generateText({
  model: new MockLanguageModelV4({
    provider: 'made-up',
    modelId: 'made-up-1',
    doGenerate: async () => ({
      content: [{ type: 'tool-call', toolCallId: 'call_broken', toolName: 'broken_tool', input: '{"x":7}' }],
      finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
      usage: { inputTokens: count(5), outputTokens: { total: 3, text: 3, reasoning: 0 } },
      warnings: [],
    }),
  }),
  prompt: 'Break it',
  maxRetries: 0,
  tools: {
    broken_tool: tool({
      inputSchema: z.object({ x: z.number() }),
      execute: async ({ x }) => { throw new TypeError(`tool exploded on ${x}`); },
    }),
  },
  runtimeContext,
  telemetry,
});
await provider.shutdown();

console.log(JSON.stringify({
  session: SESSION,
  user: `ada-${SESSION}`,
  agent: 'forecaster',
  // Of reasoning it tells with the option `usage` only.
  unsaid: process.argv[2] === 'enriched' ? ['reasoningTokens'] : [],
  ...(process.argv[2] === 'enriched' ? {} : { tags: ['weather', 'łódź'] }),
  llm: [
    { requestModel: 'gpt-4o', question: QUESTION, finishReason: 'tool-calls' },
    { requestModel: 'gpt-4o', finishReason: 'stop' },
    { requestModel: 'gpt-4o', question: 'What shall I wear?', finishReason: 'stop' },
    {
      provider: 'made-up', requestModel: 'made-up-1', inputTokens: 5, outputTokens: 3, question: 'Break it', output: null,
      toolCalls: [{ id: 'call_broken', name: 'broken_tool', arguments: { x: 7 } }],
    },
  ],
  tools: [
    { name: 'get_weather', status: 'ok', arguments: { city: 'Łódź' }, result: { celsius: 21, city: 'Łódź' } },
    { name: 'broken_tool', status: 'error', arguments: { x: 7 }, errorMessage: 'tool exploded on 7' },
  ],
  spans: [],
}));
