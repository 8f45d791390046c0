//! What OpenTelemetry spans and log records say of agents' work, in every dialect that describes it. Pure.
