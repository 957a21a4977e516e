package import Telemetry

extension Metric {
    package static let syncOrders = Metric.counter(
        "cordon_sync_orders_total",
        "Orders of the coordinator to train, validate or seal, by what this party made of them.",
        labels: ["task", "outcome"])
    package static let syncOrdersOpen = Metric.gauge(
        "cordon_sync_orders_open", "Orders that this party has not done or refused.")
    package static let syncGroups = Metric.gauge(
        "cordon_sync_groups", "Groups of trees that the training under way has grown.")
    package static let syncGroupsOf = Metric.gauge(
        "cordon_sync_groups_of", "Groups of trees of the training under way; 0 where there is none.")
    package static let syncRounds = Metric.counter(
        "cordon_sync_rounds_total", "Rounds of messages between the parties for trainings and validations.")
    package static let syncRecordsRefused = Metric.counter(
        "cordon_sync_records_refused_total", "Records of consortium.sync that count for nothing.")
    package static let syncReady = Metric.gauge(
        "cordon_sync_ready", "1 once this party has read all orders: it takes part in trainings.")
    package static let syncDrift = Metric.gauge(
        "cordon_sync_drift",
        "Population stability index of the newest rows that parties looked at: scores of the model in force, and its feature that changed most.",
        labels: ["of"])
}

/// The metrics that a party's trainings count.
package enum SyncMetrics {
    package static let all: [Metric] = [
        .syncOrders, .syncOrdersOpen, .syncGroups, .syncGroupsOf, .syncRounds, .syncRecordsRefused, .syncReady,
        .syncDrift,
    ]
}
