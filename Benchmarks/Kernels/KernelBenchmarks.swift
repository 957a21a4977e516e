import ArgumentParser

/// The protocol's kernels as the product computes them, each beside other ways.
@main struct KernelBenchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-kernels", abstract: "Measure the protocol's kernels beside other ways to compute them.",
        discussion: """
            100 trees of depth 4 over 590 bits, batches of 64 transactions. The ways of a kernel stand in order of simplicity; \
            each is held equal to the product's own code on random input before it is timed. Processor time of one thread, median of \
            some rounds in which all ways take turns. What to keep is the simplest within 10 % of the fastest.
            """)

    @Option(help: "Rounds.") var rounds = 21
    @Option(help: ArgumentHelp("Only kernels whose name contains this.", valueName: "text")) var filter: String?

    func run() throws {
        guard rounds > 0 else { throw ValidationError("at least one round belongs here") }
        let work = Workload()
        let boxes = [1, Workload.batch].flatMap { [sealing(run: $0), opening(run: $0)] }
        for kernel in [parities(work), innerProducts(work), deals(work), streams(work)] + boxes
        where filter.map(kernel.name.contains) ?? true {
            print(try kernel.report(rounds: rounds))
        }
    }
}
