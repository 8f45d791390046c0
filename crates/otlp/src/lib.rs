//! OTLP on the wire: export requests from protobuf and lenient JSON, answers in both. Pure.
