//! RBS callbacks.

use super::{Call, NoSignature};
use crate::flows::binding::{BINDING_CHANGED, BINDING_CREATED};
use crate::flows::project::CALLBACK_RSA;
use crate::projects::{ActiveProject, CallbackMethod, CallbackSignature, MERCHANTS_OWN};
use crate::secrets::RsaError;
use payglot_core::{Decision, DeclineReason};
use payglot_store::Binding;
use payglot_wire::raw::Method;
use payglot_wire::rbs::notification::{CallbackOperation, Extra};
use payglot_wire::rbs::{self, Details};

pub(super) fn calls(
    project: &ActiveProject,
    details: &str,
    decision: &Decision,
    saved: Option<&Binding>,
) -> Result<Vec<Call>, NoSignature> {
    let settings = settings(project)?;
    let details = Details::read(details);
    let calls = decision.announcements.iter().filter_map(|announcement| {
        let call = rbs::callback(announcement, &decision.payment, &details, &settings).transpose()?;
        Some(call.map(|call| (announcement.event.name(), call)))
    });
    let mut calls = calls.collect::<Result<Vec<_>, RsaError>>()?;
    if let Some(binding) = saved {
        let (operation, client) = (CallbackOperation::BindingCreated, &binding.client);
        let call = rbs::binding_callback(operation, binding.id, client, binding.active, &settings)?;
        calls.extend(call.map(|call| (BINDING_CREATED, call)));
    }
    Ok(calls)
}

pub(super) fn activity_calls(project: &ActiveProject, binding: &Binding) -> Result<Vec<Call>, NoSignature> {
    let (operation, client) = (CallbackOperation::BindingActivityChanged, &binding.client);
    let call = rbs::binding_callback(operation, binding.id, client, binding.active, &settings(project)?)?;
    Ok(call.map(|call| (BINDING_CHANGED, call)).into_iter().collect())
}

/// Does it sign with RSA, which takes milliseconds?
pub(super) fn signs_slowly(project: &ActiveProject) -> bool {
    project.settings.callback_signature == CallbackSignature::Asymmetric
}

pub(super) fn remember_cancel(details: &str, reason: DeclineReason) -> String {
    let mut read = Details::read(details);
    read.set_cancelled(reason);
    read.to_text()
}

fn settings(project: &ActiveProject) -> Result<rbs::CallbackSettings, NoSignature> {
    let settings = &project.settings;
    // A project that signs never sends without a signature, whatever became of its key.
    let checksum = match settings.callback_signature {
        CallbackSignature::None => rbs::Checksum::None,
        CallbackSignature::Symmetric => {
            rbs::Checksum::Symmetric(project.secret("callback").ok_or(NoSignature::NoKey("callback"))?.clone())
        }
        CallbackSignature::Asymmetric => {
            rbs::Checksum::Asymmetric(project.rsa_key(CALLBACK_RSA)?.ok_or(NoSignature::NoKey(CALLBACK_RSA))?)
        }
    };
    let named: Vec<_> =
        settings.callback_operations.iter().filter_map(|name| CallbackOperation::from_name(name)).collect();
    let operations = if named.is_empty() { CallbackOperation::USUAL.to_vec() } else { named };
    let own = settings.callback_parameters.iter().filter_map(|name| name.strip_prefix(MERCHANTS_OWN));
    let merchant_params = own.map(str::to_owned).collect();
    Ok(rbs::CallbackSettings {
        url: Some(settings.callback_url.clone()).filter(|url| !url.is_empty()),
        method: match settings.callback_method {
            CallbackMethod::Get => Method::Get,
            CallbackMethod::Post => Method::Post,
        },
        operations,
        extras: settings.callback_parameters.iter().filter_map(|name| Extra::from_name(name)).collect(),
        merchant_params,
        checksum,
        language: rbs::Language::from_code(&settings.language).unwrap_or(rbs::Language::RU),
        offset_secs: settings.zone_minutes * 60,
        merchant_login: project.login.clone(),
        ..rbs::CallbackSettings::default()
    })
}
