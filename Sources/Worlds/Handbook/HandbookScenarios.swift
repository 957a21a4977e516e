/// Which terminals and customers are compromised on which days (the handbook's scenarios 2 and 3).
///
/// The handbook draws 2 of 10,000 terminals and 3 of 5,000 customers a day. Other sizes draw as many of theirs on
/// average, spread evenly over the days, so that frauds stay near one in a hundred.
struct HandbookScenarios: Sendable {
    static let terminalDays = 28
    static let customerDays = 14
    /// Scenario 1: above this amount, in minor units.
    static let amountLimit: Int64 = 22_000
    /// Scenario 3: how much larger amounts get, and one in how many.
    static let amountFactor: Int64 = 5
    static let oneIn = 3

    private let change: HandbookOptions.Change?
    private let terminals: [Int: [Range<Int>]]
    private let customers: [Int: [Range<Int>]]

    init(_ options: HandbookOptions) {
        var random = SeededRandom(seed: options.seed, stream: HandbookPopulation.Stream.frauds)
        let terminalRate = 2.0 * Double(options.terminals) / 10_000
        let customerRate = 3.0 * Double(options.customers) / 5_000
        let terminalPhase = random.uniform()
        let customerPhase = random.uniform()
        var terminals: [Int: [Range<Int>]] = [:]
        var customers: [Int: [Range<Int>]] = [:]
        for day in 0..<options.days {
            for terminal in random.sample(Self.count(terminalRate, terminalPhase, day), of: options.terminals) {
                terminals[terminal, default: []].append(day..<day + Self.terminalDays)
            }
            for customer in random.sample(Self.count(customerRate, customerPhase, day), of: options.customers) {
                customers[customer, default: []].append(day..<day + Self.customerDays)
            }
        }
        self.terminals = terminals
        self.customers = customers
        change = options.change
    }

    /// The amount above which scenario 1 holds on a day.
    func amountLimit(day: Int) -> Int64 { change.flatMap { day >= $0.day ? $0.amountLimit : nil } ?? Self.amountLimit }

    func isCompromised(terminal: Int, day: Int) -> Bool { terminals[terminal]?.contains { $0.contains(day) } ?? false }

    func isCompromised(customer: Int, day: Int) -> Bool { customers[customer]?.contains { $0.contains(day) } ?? false }

    /// How many of a rate that is not whole fall on a day.
    private static func count(_ rate: Double, _ phase: Double, _ day: Int) -> Int {
        Int((Double(day + 1) * rate + phase).rounded(.down)) - Int((Double(day) * rate + phase).rounded(.down))
    }
}
