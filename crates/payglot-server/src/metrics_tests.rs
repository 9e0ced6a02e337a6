use super::*;
use expect_test::expect_file;
use payglot_core::{Event, State};

#[test]
fn everything_is_named_and_explained() {
    let metrics = Metrics::default();
    metrics.request_ended("rbs", Cow::Borrowed("rest/register.do"), 200, Duration::from_millis(4));
    let change = Change {
        at: UnixMillis(0),
        event: Event::Captured,
        from: Some(State::Pending),
        to: State::Paid,
        operation: None,
    };
    metrics.payment_changed("rbs", &change);
    metrics.delivered(Verdict::Acknowledged, Duration::from_millis(30));
    metrics.notification_died();
    metrics.courier_carries(5, 2);
    metrics.group_committed(12, Duration::from_micros(900));
    let backlog = Backlog { oldest_notification: Some(UnixMillis(1_500)), oldest_unanswered: None };
    let text = metrics.render(Some(backlog), UnixMillis(4_000));
    // How much memory this test takes is its own business.
    let steady = |line: &&str| !line.starts_with("process_resident_memory_bytes ");
    let steady = text.lines().filter(steady).fold(String::new(), |all, line| all + line + "\n");
    expect_file!["metrics_expected.txt"].assert_eq(&steady.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn without_a_store_the_ages_are_unknown_and_the_rest_is_there() {
    let text = Metrics::default().render(None, UnixMillis(0));
    assert!(text.contains("payglot_outbox_oldest_seconds NaN\n") && text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn the_memory_of_this_process_is_known_on_linux() {
    if cfg!(target_os = "linux") {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1_000_000));
    }
}
