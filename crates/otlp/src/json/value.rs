//! Attributes, and what they belong to: resources and scopes.
//!
//! Everything within an attribute forgives: whatever stands there instead of a value is no value.

use super::bytes::Base64;
use super::message::message;
use crate::proto::common::v1::any_value::Value;
use crate::proto::common::v1::{AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList};
use crate::proto::resource::v1::Resource;

message! {
    Forgiving AnyValue {
        one of value {
            "stringValue" | "string_value" => Value::StringValue,
            "boolValue" | "bool_value" => Value::BoolValue,
            "intValue" | "int_value" => Value::IntValue,
            "doubleValue" | "double_value" => Value::DoubleValue,
            "arrayValue" | "array_value" => Value::ArrayValue,
            "kvlistValue" | "kvlist_value" => Value::KvlistValue,
            "bytesValue" | "bytes_value" => |Base64(bytes)| Value::BytesValue(bytes),
        }
    }
}

message! {
    Forgiving ArrayValue {
        "values" => values,
    }
}

message! {
    Forgiving KeyValueList {
        "values" => values,
    }
}

message! {
    Forgiving KeyValue {
        "key" => key,
        "value" => value,
    }
}

message! {
    Strict Resource {
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
        "entityRefs" | "entity_refs" => entity_refs,
    }
}

message! {
    Forgiving EntityRef {
        "schemaUrl" | "schema_url" => schema_url,
        "type" => r#type,
        "idKeys" | "id_keys" => id_keys,
        "descriptionKeys" | "description_keys" => description_keys,
    }
}

message! {
    Strict InstrumentationScope {
        "name" => name,
        "version" => version,
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
    }
}
