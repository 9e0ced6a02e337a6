//! The signature check, with vectors of the protocol's documents.

use super::{KEY, received};
use crate::demo::check::Check;
use crate::demo::standing::Standing;

fn check(query: &str, key: &str) -> Check {
    Check::of(&received(query), key)
}

const V1: &str = "mdOrder=01491d0b-c848-7dd6-a20d-e96900a7d8c0&orderNumber=1042&operation=deposited&status=1\
                  &checksum=8C7DD7C5870C9842054EDD3D37F8888FD62B1F379A355D12DE01214B4E485420";

#[test]
fn a_callback_of_the_gateway_is_proven_and_each_step_is_kept() {
    let check = check(V1, KEY);
    assert!(check.proven());
    let text = "mdOrder;01491d0b-c848-7dd6-a20d-e96900a7d8c0;operation;deposited;orderNumber;1042;status;1;";
    assert_eq!(check.signed_text, text);
    assert_eq!(check.received.as_deref(), Some(check.expected.as_str()));
    let names: Vec<_> = check.sorted.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["mdOrder", "operation", "orderNumber", "status"]);
    assert_eq!(check.standing(), Some(Standing::Paid));
}

#[test]
fn published_vectors_hold() {
    let published = "status=1&orderNumber=2003&operation=approved&mdOrder=06cf5599-3f17-7c86-bdbc-bd7d00a8b38b\
                     &checksum=EAF2FB72CAB99FD5067F4BA493DD84F4D79C1589FDE8ED29622F0F07215AA972";
    assert!(check(published, "ooc7slpvc61k7sf7ma7p4hrefr").proven());
    let cyrillic = "mdOrder=5e5d4c3b-2a19-7088-9f00-aabb00ccddee&orderNumber=%D0%97%D0%B0%D0%BA%D0%B0%D0%B7-15&operation=deposited&status=1\
                    &orderDescription=%D0%9E%D0%BF%D0%BB%D0%B0%D1%82%D0%B0%20%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D0%B0%20%E2%84%9615%3B%20\
                    %D1%87%D0%B0%D0%B9%2B%D1%81%D0%B0%D1%85%D0%B0%D1%80\
                    &checksum=12E29FF6172AD222016CADF095F74AE8291D92E90100D286D96EA8F20DEDEDB2";
    assert!(check(cyrillic, "ключ-магазина").proven());
    let aliased = "mdOrder=11111111-2222-7333-8444-555555555555&orderNumber=55&operation=reversed&status=1&merchantLogin=demo&Zone=A\
                   &sign_alias=callback-key&checksum=FF63384E5C7DA6B1DB1A566113DBD006927F0DA857C0265EFCA2CA00A31664B8";
    let aliased = check(aliased, KEY);
    assert!(aliased.proven(), "{}", aliased.signed_text);
    assert_eq!(aliased.sorted[0].0, "Zone", "capitals sort first");
}

#[test]
fn a_changed_callback_is_not_proven() {
    for changed in [
        V1.replace("status=1", "status=0"),
        V1.replace("1042", "1043"),
        V1.replace("5420", "5421"),
        V1.replace("5420", ""),
        V1.replace("5420", "54zz"),
        format!("{V1}&amount=1"),
    ] {
        assert!(!check(&changed, KEY).proven(), "{changed}");
    }
    assert!(!check(V1, "another key").proven());
}

#[test]
fn a_callback_without_a_checksum_is_not_proven() {
    let unsigned = check("mdOrder=x&operation=deposited&status=1", KEY);
    assert!(!unsigned.proven());
    assert!(unsigned.verdict().contains("no checksum"));
    assert!(!check("", KEY).proven());
}

#[test]
fn operations_mean_what_the_protocol_says() {
    let said = |operation, ok| Standing::of_callback(operation, ok);
    assert_eq!(said("approved", true), Some(Standing::Held));
    assert_eq!(said("reversed", true), Some(Standing::Reversed));
    assert_eq!(said("refunded", true), Some(Standing::Refunded));
    assert_eq!(said("deposited", false), Some(Standing::Declined(String::new())));
    assert!(matches!(said("declinedByTimeout", false), Some(Standing::Declined(why)) if why.contains("time")));
    assert_eq!(said("refunded", false), None, "a refund that failed leaves the order as it was");
    assert_eq!(said("bindingCreated", true), None);
}
