// The OpenTelemetry SDK of JavaScript by hand: `program.mjs json|protobuf|grpc` chooses how the spans travel.
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { Metadata } from '@grpc/grpc-js';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const { DEBRIEF_URL, DEBRIEF_KEY, DEBRIEF_GRPC, SESSION } = process.env;
const USER = `ada-${SESSION}`;
const AGENT = `weather-${SESSION}`;
const QUESTION = 'What is the weather in Łódź? 🇵🇱';
const ANSWER = 'It is 21 °C in Łódź. ☀️';

function exporter(variant) {
  const url = `${DEBRIEF_URL}/v1/traces`;
  const headers = { Authorization: `Bearer ${DEBRIEF_KEY}` };
  if (variant === 'json') return new JsonExporter({ url, headers });
  if (variant === 'protobuf') return new ProtobufExporter({ url, headers, compression: 'gzip' });
  const metadata = new Metadata();
  metadata.set('authorization', headers.Authorization);
  return new GrpcExporter({ url: `http://${DEBRIEF_GRPC}`, metadata, compression: 'gzip' });
}

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'weather-service', 'service.version': '1.2.3' }),
  spanProcessors: [new BatchSpanProcessor(exporter(process.argv[2]))],
});
provider.register();
const tracer = trace.getTracer('by.hand', '1.0');
const common = { 'gen_ai.conversation.id': SESSION, 'user.id': USER };

function within(name, options, work) {
  return tracer.startActiveSpan(name, options, (span) => {
    const result = work(span);
    span.end();
    return result;
  });
}

within(`invoke_agent ${AGENT}`, { attributes: { ...common, 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': AGENT } }, () => {
  within('chat gpt-4o', {
    kind: SpanKind.CLIENT,
    attributes: {
      ...common,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.response.id': 'resp-1',
      'gen_ai.request.temperature': 0.2,
      'gen_ai.request.top_p': 1,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Be brief' }]),
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: QUESTION }] }]),
      'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: ANSWER }], finish_reason: 'stop' }]),
      'gen_ai.usage.input_tokens': 57,
      'gen_ai.usage.output_tokens': 17,
      'gen_ai.usage.cache_read.input_tokens': 32,
    },
  }, () => {});
  within('execute_tool get_weather', {
    attributes: {
      ...common,
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'get_weather',
      'gen_ai.tool.call.id': 'call_weather',
      'gen_ai.tool.call.arguments': JSON.stringify({ city: 'Łódź' }),
      'gen_ai.tool.call.result': JSON.stringify({ celsius: 21 }),
    },
  }, () => {});
  within('execute_tool broken', {
    attributes: { ...common, 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'broken', 'error.type': 'Error' },
  }, (span) => {
    span.recordException(new Error('the tool exploded'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'the tool exploded' });
  });
});
await provider.shutdown();

console.log(JSON.stringify({
  session: SESSION,
  user: USER,
  agent: AGENT,
  llm: [{
    provider: 'openai', requestModel: 'gpt-4o', responseModel: 'gpt-4o-2024-08-06', responseId: 'resp-1',
    inputTokens: 57, outputTokens: 17, cacheReadTokens: 32, question: QUESTION, output: ANSWER, finishReason: 'stop',
  }],
  tools: [
    { name: 'get_weather', status: 'ok', arguments: { city: 'Łódź' }, result: { celsius: 21 } },
    { name: 'broken', status: 'error', errorType: 'Error', errorMessage: 'the tool exploded' },
  ],
  spans: [`invoke_agent ${AGENT}`],
}));
