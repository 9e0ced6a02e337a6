use super::*;

#[test]
fn settings_change_one_field_at_a_time_and_say_what_is_wrong() {
    let settings = ProjectSettings::default();
    let changed = settings.with("attempts", "5").expect("changed");
    assert_eq!((changed.attempts, &changed.language), (5, &settings.language));
    assert_eq!(changed.with("callback_parameters", "amount, currency").expect("list").callback_parameters.len(), 2);
    let words = |key, value| settings.with(key, value).expect_err("refused").to_string();
    assert!(words("atempts", "5").contains("there are: "));
    assert!(words("attempts", "five").contains("whole number"));
    assert!(words("attempts", "0").contains("1 to 20"));
    assert_eq!(settings.with("amount_max", "10000000000000").expect("the largest").amount_max, 10_000_000_000_000);
    assert!(words("amount_max", "10000000000001").contains("1 to 10000000000000"));
    assert!(words("callback_url", "shop.example/cb").contains("http(s)"));
    assert!(words("callback_signature", "rsa").contains("`none`, `symmetric`, `asymmetric`"));
    assert!(words("retries", "often").contains("5x30s"));
    assert!(words("currency", "XXQ").contains("not known"));
    assert!(words("currencies", "USD,XXQ").contains("XXQ is not known"));
    assert!(words("language", "english").contains("not known"));
    assert!(words("callback_parameters", "amuont").contains("amuont"));
    assert!(words("callback_parameters", "jsonParams.").contains("jsonParams."));
    assert!(settings.with("callback_parameters", "jsonParams.basket").is_ok());
    assert!(words("frame_ancestors", "https://a.example; script-src *").contains("source list"));
    assert!(words("callback_operations", "created").contains("no callback is called created"));
    assert!(words("callback_operations", "deposited,paid").contains("paid; there are: approved, deposited"));
}

#[test]
fn settings_read_back_and_older_rows_still_read() {
    let settings = ProjectSettings { test_mode: true, ..ProjectSettings::default() };
    assert_eq!(ProjectSettings::from_json(&settings.to_json().expect("json")).expect("reads"), settings);
    assert_eq!(ProjectSettings::from_json("{}").expect("reads"), ProjectSettings::default());
    let signature = |text| ProjectSettings::from_json(text).expect("reads").callback_signature;
    assert_eq!(signature("{\"callback_signed\":false}"), CallbackSignature::None);
    assert_eq!(signature("{\"callback_signed\":true}"), CallbackSignature::Symmetric);
    assert_eq!(signature("{\"callback_signature\":\"asymmetric\"}"), CallbackSignature::Asymmetric);
}

#[tokio::test]
async fn a_project_that_cannot_be_read_locks_no_other_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = payglot_store::SqliteOptions::default();
    let store = payglot_store::SqliteStore::open(&folder.path().join("db"), options).expect("a store");
    let key = Arc::new(MasterKey::from_hex(&"ab".repeat(32)).expect("a key"));
    for (name, settings) in [("broken", "{\"no_such_setting\":1}"), ("whole", "{}")] {
        let sealed = key.seal(&Secret::new("token-of-it"), &seal_purpose(name, "token")).expect("sealed");
        let created_at = UnixMillis(1);
        let secret = payglot_store::SealedSecret { kind: "token".to_owned(), sealed, created_at, valid_until: None };
        let new = payglot_store::NewProject {
            protocol: "rbs".to_owned(),
            name: name.to_owned(),
            login: name.to_owned(),
            settings: settings.to_owned(),
            secrets: vec![secret],
            created_at,
        };
        store.create_project(new).await.expect("created");
    }
    let projects = Projects::new(Arc::new(store), key);
    let found = projects.with_secret("rbs", "token").await.expect("the store works");
    assert_eq!(found.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(), ["whole"]);
}

#[test]
fn every_setting_is_documented() {
    let text = include_str!("../../../../docs/configuration.md");
    let all = serde_json::to_value(ProjectSettings::default()).expect("json");
    for name in names(&all) {
        assert!(text.contains(&format!("`{name}`")), "docs/configuration.md says nothing of {name}");
    }
}
