import Crdkafka
import Synchronization

/// What librdkafka last said about its connections, from its error callback.
final class KafkaTroubles: Sendable {
    private struct State {
        var last: String?
        var outage = false
    }

    private let state = Mutex(State())

    var last: String? { state.withLock { $0.last } }

    func record(_ code: rd_kafka_resp_err_t, _ reason: String) {
        state.withLock {
            if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
                $0.outage = true
                // "1/1 brokers are down" says less than the refused connection before it.
                $0.last = $0.last ?? reason
            } else if reason.contains("ApiVersionRequest failed"), reason.contains("Read underflow") {
                // librdkafka's own words go on to guess that the broker is too old.
                $0.last =
                    "librdkafka \(String(cString: rd_kafka_version_str())) can't parse this broker's ApiVersions answer: it "
                    + "takes a newer librdkafka or another broker"
            } else {
                $0.last = reason
            }
        }
    }

    /// Whether all brokers went away since this was last asked.
    func takeOutage() -> Bool {
        state.withLock { state in
            defer { state.outage = false }
            return state.outage
        }
    }
}
