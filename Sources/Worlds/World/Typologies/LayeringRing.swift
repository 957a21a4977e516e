/// Money goes round: through the accounts of four to seven customers of several banks and back to where it began, an hour
/// or so a step, each keeping a little, once or twice over. No bank sees more than its own steps. Layering is the Financial
/// Action Task Force's word for the second stage of money laundering.
struct LayeringRing: FraudPattern {
    static let rate = 4.0

    static func commit(_ incident: inout Incident, day: Int) {
        let ring = incident.some(4 + incident.random.below(4), on: day..<day + 2)
        guard ring.count >= 3 else { return }
        var amount = Double(incident.amount(400_000, 0.5))
        var seconds = incident.time(day, hour: 6 + incident.random.below(8))
        for _ in 0..<1 + incident.random.below(2) {
            for (place, payer) in ring.enumerated() {
                let device = (UInt32(payer) * 2 + 1, incident.world.names.home(payer))
                incident.send(payer, to: ring[(place + 1) % ring.count], Int64(amount), seconds, from: device)
                amount *= incident.random.uniform(0.96, 0.99)
                seconds += Int64(1200 + incident.random.below(3600))
            }
        }
    }
}
