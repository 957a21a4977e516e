import ArgumentParser

@main
struct Cordon: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cordon", abstract: "Event-driven anti-fraud pipeline.")
}
