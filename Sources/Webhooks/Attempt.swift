/// What became of one attempt to hand a message over. Only an answer of 2xx is taken as received; redirects are not followed.
package enum AttemptOutcome: Hashable, Sendable {
    /// - Parameter retryAfter: seconds that the receiver asks for.
    case answered(status: Int, retryAfter: Int64?)
    case failed(Failure)

    /// Why there is no answer. A raw value stands in lists and metrics.
    package enum Failure: String, Sendable, Hashable, CaseIterable {
        /// The name is not known.
        case noAddress = "no_address"
        /// The name leads to where messages may not go.
        case forbiddenAddress = "forbidden_address"
        case noConnection = "no_connection"
        /// The certificate is not one of the host's that we trust, or there is no TLS.
        case tls
        /// It took too long.
        case late
        /// The connection broke before the answer was whole.
        case broken
        /// What came is no answer of HTTP/1.1, or a head of more bytes than are read.
        case unreadable
    }

    package var isDelivered: Bool {
        if case .answered(200...299, _) = self { return true }
        return false
    }

    /// The status, or the failure's word: for lists and metrics.
    package var word: String {
        switch self {
        case .answered(let status, _): "\(status)"
        case .failed(let failure): failure.rawValue
        }
    }
}

/// When a message is tried again.
package struct RetrySchedule: Hashable, Sendable {
    /// Seconds between an attempt that failed and the next; behind the last of them a message is given up.
    package var delays: [Int64]
    /// How many failures in a row make an endpoint failing: from then on one message at a time finds out whether it is back.
    package var patience: Int
    /// Most seconds between two such tries.
    package var longestProbe: Int64
    /// Seconds without any 2xx after which an endpoint is disabled.
    package var disablesAfter: Int64
    /// Messages under way to one endpoint at once.
    package var concurrency: Int

    package init(delays: [Int64], patience: Int, longestProbe: Int64, disablesAfter: Int64, concurrency: Int) {
        self.delays = delays
        self.patience = patience
        self.longestProbe = longestProbe
        self.disablesAfter = disablesAfter
        self.concurrency = concurrency
    }

    /// Eleven attempts within three days and a half, an endpoint disabled after five days without any 2xx.
    package static let standard = RetrySchedule(
        delays: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 57_600, 64_800, 72_000], patience: 3, longestProbe: 300,
        disablesAfter: 5 * 86_400, concurrency: 8)

    /// Most that a receiver's Retry-After holds its messages back, in seconds.
    static let longestWish: Int64 = 86_400
}
