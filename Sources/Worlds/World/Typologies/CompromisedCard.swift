/// A card's number was stolen: for three days to two weeks it also buys online what sells again, in sums several times its
/// owner's, from a device that its owner doesn't have (the fraud handbook's scenario 3).
struct CompromisedCard: FraudPattern {
    static let rate = 30.0

    static func commit(_ incident: inout Incident, day: Int) {
        let days = 3 + incident.random.below(12)
        guard let victim = incident.somebody(on: day..<day + days) else { return }
        let device = incident.strangersDevice()
        let level = incident.society[victim].level
        for _ in 0..<4 + incident.random.below(10) {
            let category = incident.random.pick([MerchantCategory.electronics, .clothing, .marketplace, .airline])
            let terminal = incident.random.pick(incident.world.marketplace.onlineTerminals(of: category))
            let amount = incident.amount(350 * category.trade.median * level, 0.5)
            incident.pay(
                victim, at: terminal, min(amount, incident.limit(of: victim)),
                incident.time(
                    day + incident.random.below(days), hour: incident.random.below(24)),
                from: device)
        }
    }
}
