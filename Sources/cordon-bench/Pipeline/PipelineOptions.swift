import ArgumentParser
import LocalStore

/// The options that benches of the whole pipeline have in common: of its log, its generator and its world.
struct PipelineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What the log survives: the end of any process, as a Kafka broker's does by default, or a power cut, where every \
            append waits for this machine's disk.
            """))
    var durability = LogDurability.process

    @Option(help: "Milliseconds by which the generator may be late (p99).")
    var lateMs = 5.0

    @Option(help: "Customers of the simulated world.")
    var customers = 3000

    @Option(help: "Seed of the simulated world.")
    var seed: UInt64 = 1

    func validate() throws {
        guard lateMs > 0 else { throw ValidationError("`--late-ms` is more than none") }
        guard (100...1_000_000).contains(customers) else {
            throw ValidationError("`--customers` is 100 to 1,000,000")
        }
    }

    /// Days of the world that hold so many transactions: nearly two a customer and day.
    func days(_ transactions: Int) -> Int {
        max(7, Int((Double(transactions) / (1.9 * Double(customers))).rounded(.up)))
    }
}
