/// A bought card number is tried out: many small payments within minutes at one merchant that ships nothing, and once they
/// go through, a purchase near the card's limit within two hours. MITRE's and card schemes' name is card testing or carding;
/// OWASP lists it as automated threat OAT-001.
struct CardTesting: FraudPattern {
    static let rate = 15.0

    static func commit(_ incident: inout Incident, day: Int) {
        guard let victim = incident.somebody(on: day..<day + 2) else { return }
        let market = incident.world.marketplace
        let device = incident.strangersDevice()
        let tester = incident.random.pick(market.onlineTerminals(of: incident.random.pick([.games, .streaming])))
        var seconds = incident.time(day, hour: incident.random.below(24))
        for _ in 0..<8 + incident.random.below(15) {
            incident.pay(victim, at: tester, Int64(50 + incident.random.below(250)), seconds, from: device)
            seconds += Int64(5 + incident.random.below(85))
        }
        let shop = incident.random.pick(market.onlineTerminals(of: incident.random.pick([.electronics, .marketplace])))
        let limit = Double(incident.limit(of: victim))
        incident.pay(
            victim, at: shop, Int64(limit * incident.random.uniform(0.4, 0.95)),
            seconds + Int64(120 + incident.random.below(7000)), from: device)
    }
}
