/// Three to six customers who don't exist: made of real and invented data, opened within days at whatever banks take them,
/// run from one device and address. For weeks each pays small sums to earn trust, then all spend what they are let within
/// two days. All that they pay is fraud in the ground truth. The US Federal Reserve has a definition of this name.
struct SyntheticIdentity: FraudPattern {
    static let rate = 3.0
    static let trustDays = 28

    static func commit(_ incident: inout Incident, day: Int) {
        let identities = incident.some(3 + incident.random.below(4), on: 0..<incident.world.plan.days)
        let device = incident.strangersDevice()
        let market = incident.world.marketplace
        for identity in identities {
            // Nothing is left of the customer whose place it takes.
            incident.society.limit(identity, to: 0..<0)
            let opened = day - trustDays + incident.random.below(4)
            for today in opened..<day where incident.random.below(3) == 0 {
                let shop = incident.random.pick(
                    market.onlineTerminals(of: incident.random.pick([.streaming, .games, .books])))
                incident.pay(
                    identity, at: shop, Int64(500 + incident.random.below(2500)),
                    incident.time(today, hour: 8 + incident.random.below(14)),
                    from: device)
            }
            let limit = Double(incident.limit(of: identity))
            for _ in 0..<4 + incident.random.below(4) {
                let shop = incident.random.pick(
                    market.onlineTerminals(of: incident.random.pick([.electronics, .marketplace, .jeweller])))
                incident.pay(
                    identity, at: shop, Int64(limit * incident.random.uniform(0.4, 0.98)),
                    incident.time(
                        day + incident.random.below(2), hour: 8 + incident.random.below(14)),
                    from: device)
            }
        }
    }
}
