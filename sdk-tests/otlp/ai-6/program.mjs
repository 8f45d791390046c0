// Vercel's AI SDK 6 with `experimental_telemetry`: generateText with a tool, streamText, a tool that fails; spans as OTLP protobuf.
import { createOpenAI } from '@ai-sdk/openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
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

const openai = createOpenAI({ baseURL: `${MODEL_URL}/v1`, apiKey: 'none' });
const experimental_telemetry = {
  isEnabled: true,
  functionId: 'forecaster',
  metadata: { sessionId: SESSION, userId: `ada-${SESSION}`, tags: ['weather', 'łódź'] },
};
const first = await generateText({
  model: openai.chat('gpt-4o'),
  system: 'Be brief',
  prompt: QUESTION,
  temperature: 0.2,
  maxOutputTokens: 200,
  maxRetries: 0,
  stopWhen: stepCountIs(3),
  tools: {
    get_weather: tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => ({ celsius: 21, city }),
    }),
  },
  experimental_telemetry,
});
const stream = streamText({
  model: openai.chat('gpt-4o'),
  messages: [{ role: 'user', content: QUESTION }, ...first.response.messages, { role: 'user', content: 'What shall I wear?' }],
  maxRetries: 0,
  experimental_telemetry,
});
await stream.consumeStream();

const count = (total) => ({ total, noCache: total, cacheRead: 0, cacheWrite: 0 });
await generateText({
  model: new MockLanguageModelV3({
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
  experimental_telemetry,
});
await provider.shutdown();

console.log(JSON.stringify({
  session: SESSION,
  user: `ada-${SESSION}`,
  agent: 'forecaster',
  tags: ['weather', 'łódź'],
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
