package import Keys
package import Logging
import Records
package import Stages
package import Telemetry

/// The stage that tells how old a role's keys are, once an hour, and warns once a day of those that are to be replaced.
package final class KeyWatch: Stage {
    private let keystore: any Keystore
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private var looks = Throttle(.seconds(3600))
    private var warnings = Throttle(.seconds(86_400))

    package init(_ keystore: any Keystore, clock: any StageClock, metrics: Metrics, logger: Logger) {
        self.keystore = keystore
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    static func plan(
        _ keystore: any Keystore, clock: any StageClock, metrics: Metrics, logger: Logger
    ) -> StagePlan {
        StagePlan("keys", isBackground: true) {
            KeyWatch(keystore, clock: clock, metrics: metrics, logger: logger)
        }
    }

    package func turn(until _: Moment) throws -> Turn {
        if looks.isDue(at: clock.now) { look() }
        return .rest(.seconds(1))
    }

    private func look() {
        let now = clock.microseconds / 1_000_000
        let keys: [KeyRecord]
        do { keys = try keystore.inventory() } catch {
            logger.error("\(error)", metadata: ["stage": "keys"])
            return
        }
        let warns = warnings.isDue(at: clock.now)
        for key in keys {
            let labels = [
                Metrics.Label("key", key.kind.name), Metrics.Label("epoch", key.epoch.map { "\($0)" } ?? ""),
            ]
            if let made = key.made { metrics.set(.keyAge, labels, to: Double(now - made)) }
            if let expiry = key.expiry { metrics.set(.keyExpiry, labels, to: Double(expiry)) }
            if warns, let days = key.daysLeft(at: now), days < KeyRecord.warningDays {
                logger.warning(
                    "a key \(days < 0 ? "should have been replaced" : "is to be replaced"): \(key.kind.rotation)",
                    metadata: ["key": "\(key.kind.name)", "days": "\(days)", "place": "\(key.place)"])
            }
        }
    }
}
