import Foundation
import Records

/// One incident of a typology while it is written: who may be its victim, and the payments that it leaves.
///
/// Frauds are made beside the customers' own days and change nothing of them, except that an incident may say from when
/// to when a customer is heard of at all.
struct Incident {
    let world: ConsortiumWorld
    private(set) var typology: Typology
    /// From 1, over all typologies.
    private(set) var number: Int32
    var random: SeededRandom
    /// Customers that this or earlier incidents made come late or leave early.
    var society: Society
    private(set) var payments: [Payment] = []

    /// Begins the first one; one value writes them all, so that the society is not copied for each.
    init(_ typology: Typology, number: Int = 1, world: ConsortiumWorld) {
        self.typology = typology
        self.number = Int32(number)
        self.world = world
        society = world.society
        random = SeededRandom(seed: world.plan.seed)
    }

    mutating func begin(_ typology: Typology, number: Int, random: SeededRandom) {
        self.typology = typology
        self.number = Int32(number)
        self.random = random
        payments = []
    }

    /// Somebody of some segments who is there all these days; nil where a hundred draws find nobody.
    mutating func somebody(
        on days: Range<Int>, of segments: [Segment] = Segment.allCases, among: [Int32]? = nil,
        but others: Set<Int32> = []
    ) -> Int32? {
        let inside = days.clamped(to: 0..<world.plan.days)
        for _ in 0..<100 {
            let number = among.map { random.pick($0) } ?? Int32(random.below(society.people))
            if let segment = society[number].segment, segments.contains(segment), society.isPresent(number, inside),
                !others.contains(number)
            {
                return number
            }
        }
        return nil
    }

    /// Some customers, no one twice, of two banks at least where the world has two; fewer where it has no more.
    mutating func some(_ count: Int, on days: Range<Int>) -> [Int32] {
        var found: [Int32] = []
        while found.count < count {
            let banks = Set(found.map { society[$0].bank })
            let isLast = found.count == count - 1 && banks.count == 1
            let others =
                isLast ? society.customers.indices.map(Int32.init).filter { !banks.contains(society[$0].bank) } : []
            guard let next = somebody(on: days, among: others.isEmpty ? nil : others, but: Set(found)) else { break }
            found.append(next)
        }
        return found
    }

    /// A second within an hour of a day of the world.
    mutating func time(_ day: Int, hour: Int) -> Int64 {
        world.plan.start.seconds + Int64(day) * EventTime.day + Int64(hour * 3600 + random.below(3600))
    }

    func limit(of customer: Int32) -> Int64 { Int64((society[customer].segment?.habits.cardLimit ?? 1000) * 100) }

    /// Log-normal around a median in minor units, with a deviation of the logarithm.
    mutating func amount(_ median: Double, _ spread: Double) -> Int64 {
        max(1, Int64(median * exp(random.normal(mean: 0, deviation: spread))))
    }

    /// A device that nobody of the world uses, and an address like any other.
    mutating func strangersDevice() -> (device: UInt32, address: UInt32) {
        let address =
            random.below(2) == 0
            ? world.names.home(Int32(random.below(1 << 30))) : Numbering.mobile(random.below(1 << 16))
        return (0x8000_0000 | UInt32(random.below(1 << 30)), address)
    }

    /// An account outside of the world's banks.
    mutating func outsideAccount() -> Int32 { Account.outside(random.below(1 << 28)) }

    /// A card payment at a terminal, or at an online merchant's with the device that ordered it.
    mutating func pay(
        _ customer: Int32, at terminal: Int32, _ amount: Int64, _ seconds: Int64,
        from device: (device: UInt32, address: UInt32)? = nil, isFraud: Bool = true
    ) {
        add(
            Payment(
                seconds: seconds, amount: amount, order: 0, customer: customer, target: terminal, kind: .card,
                channel: device == nil ? .pos : .online, device: device?.device ?? 0, address: device?.address ?? 0),
            isFraud)
    }

    /// Cash from a machine in the customer's town, in tens.
    mutating func drawCash(_ customer: Int32, _ amount: Int64, _ seconds: Int64) {
        let machine = random.pick(world.marketplace.terminals(of: .atm, in: society[customer].town))
        add(
            Payment(
                seconds: seconds, amount: max(1000, amount / 1000 * 1000), order: 0, customer: customer,
                target: machine, kind: .cashOut, channel: .atm),
            true)
    }

    mutating func send(
        _ customer: Int32, to account: Int32, _ amount: Int64, _ seconds: Int64, channel: PaymentChannel = .mobile,
        from device: (device: UInt32, address: UInt32)?
    ) {
        add(
            Payment(
                seconds: seconds, amount: amount, order: 0, customer: customer, target: account,
                kind: .instantTransfer, channel: channel, device: device?.device ?? 0,
                address: device?.address ?? 0),
            true)
    }

    private mutating func add(_ payment: Payment, _ isFraud: Bool) {
        var payment = payment
        // Behind all diaries; incidents have no more than a million payments.
        payment.order = 1 << 63 | UInt64(number) << 20 | UInt64(payments.count)
        if isFraud {
            payment.typology = typology
            payment.incident = number
        }
        payments.append(payment)
    }
}
