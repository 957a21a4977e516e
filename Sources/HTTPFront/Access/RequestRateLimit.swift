/// A token bucket for each client: so many requests a second, and as many at once after a second of silence.
package struct RequestRateLimit: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Duration
    }

    private let perSecond: Double
    private var buckets: [String: Bucket] = [:]

    /// - Parameter perSecond: 0 is without limit.
    package init(perSecond: Int) { self.perSecond = Double(perSecond) }

    /// Takes `cost` requests at once; nil where they may pass, else the seconds after which they may. A cost above the
    /// bucket empties it and passes when it is full: a batch is never refused for ever.
    ///
    /// - Parameters:
    ///   - paid: what the same request has taken before, and takes again when it comes again.
    ///   - now: since any fixed moment; one before a client's latest is that one.
    package mutating func take(_ cost: Int = 1, paid: Int = 0, of client: String, at now: Duration) -> Int? {
        guard perSecond > 0 else { return nil }
        var bucket = buckets[client] ?? Bucket(tokens: perSecond, at: now)
        let now = max(now, bucket.at)
        bucket.tokens = min(perSecond, bucket.tokens + (now - bucket.at) / .seconds(1) * perSecond)
        bucket.at = now
        defer { buckets[client] = bucket }
        let needed = min(Double(cost + paid), perSecond)
        guard bucket.tokens < needed - Double(paid) else {
            bucket.tokens -= Double(cost)
            return nil
        }
        return max(1, Int(((needed - bucket.tokens) / perSecond).rounded(.up)))
    }
}
