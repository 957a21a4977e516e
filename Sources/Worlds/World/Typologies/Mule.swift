/// A customer lends the account to launderers: several victims of several banks pay into it within hours (fan-in), and
/// within hours most of it goes on, to accounts elsewhere and out of a cash machine (fan-out). Europol's money mule.
struct Mule: FraudPattern {
    static let rate = 8.0

    static func commit(_ incident: inout Incident, day: Int) {
        guard let mule = incident.somebody(on: day..<day + 2, of: [.student, .employee, .family]) else { return }
        let start = incident.time(day, hour: 8 + incident.random.below(8))
        var received: Int64 = 0
        var end = start
        for victim in incident.some(5 + incident.random.below(8), on: day..<day + 2) where victim != mule {
            let amount = min(incident.amount(60_000, 0.5), 500_000)
            let seconds = start + Int64(incident.random.below(4 * 3600))
            let device = (UInt32(victim) * 2 + 1, incident.world.names.home(victim))
            incident.send(victim, to: mule, amount, seconds, from: device)
            received += amount
            end = max(end, seconds)
        }
        let cash = min(Int64(100_000), received / 5)
        incident.drawCash(mule, cash, end + Int64(900 + incident.random.below(3 * 3600)))
        // A tenth is the mule's own.
        var rest = received * 9 / 10 - cash
        let device = (UInt32(mule) * 2 + 1, incident.world.names.home(mule))
        for left in (1...2 + incident.random.below(4)).reversed() {
            let part = left == 1 ? rest : Int64(Double(rest) / Double(left) * incident.random.uniform(0.7, 1.2))
            incident.send(
                mule, to: incident.outsideAccount(), part, end + Int64(600 + incident.random.below(5 * 3600)),
                from: device)
            rest -= part
        }
    }
}
