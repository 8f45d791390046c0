//! Fingerprints: the id of a runtime follows from its content.

use debrief_model::{FingerprintId, Runtime, TenantId};

/// The id of `runtime` for `tenant`: the same content always has the same id, and another tenant's id says nothing about it.
#[must_use]
pub fn id_of(tenant: TenantId, runtime: &Runtime) -> FingerprintId {
    let Runtime { language, language_version, system, details } = runtime;
    let mut hasher = blake3::Hasher::new_derive_key("debrief fingerprint id from tenant and content, version 1");
    hasher.update(&tenant.0.to_le_bytes());
    for part in [language, language_version, system, details] {
        // The length keeps "ab" + "c" and "a" + "bc" apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    FingerprintId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime(language: &str, version: &str) -> Runtime {
        Runtime {
            language: language.to_owned(),
            language_version: version.to_owned(),
            system: "Linux".to_owned(),
            details: "{}".to_owned(),
        }
    }

    #[test]
    fn the_id_follows_from_tenant_and_content() {
        let id = |tenant, language, version| id_of(TenantId(tenant), &runtime(language, version));
        assert_eq!(id(1, "python", "3"), id(1, "python", "3"));
        assert_ne!(id(1, "python", "3"), id(2, "python", "3"));
        assert_ne!(id(1, "python", "3"), id(1, "python", "4"));
        assert_ne!(id(1, "ab", "c"), id(1, "a", "bc"));
        assert_eq!(id(1, "python", "3").0.get_version_num(), 8, "a UUID of our own making says so");
    }
}
