package import EventLogs

/// A stage that a role is made of, before it is made: whoever runs the role (`StageHost`) makes it where it is to run.
package struct StagePlan: Sendable {
    package let name: String
    /// Whether the stage is to have a processor only as far as the role's others leave one.
    package let isBackground: Bool
    /// Makes the stage; nil while it has to wait for another stage of the role: to be asked again.
    package let make: @Sendable () throws -> (any Stage)?
    /// Told of each error of the log that passes, after which the stage is turned again. Nil for a stage that an error ends.
    package let retried: (@Sendable (LogError) -> Void)?
    /// Told of the error that ended the stage: whether the role goes on without it.
    package let outlives: @Sendable (any Error) -> Bool

    package init(
        _ name: String, isBackground: Bool = false, retried: (@Sendable (LogError) -> Void)? = nil,
        outlives: @escaping @Sendable (any Error) -> Bool = { _ in false },
        make: @escaping @Sendable () throws -> (any Stage)?
    ) {
        self.name = name
        self.isBackground = isBackground
        self.retried = retried
        self.outlives = outlives
        self.make = make
    }
}

/// The runner of a role's stages: on a thread each, or in turns of a simulation.
package protocol StageHost: Sendable {
    /// Begins to run stages. All end when one fails that the role does not outlive, or when `stop` is set.
    func start(_ plans: [StagePlan], stop: StopFlag) -> any RunningStages
}

/// Stages that a host runs.
package protocol RunningStages: Sendable {
    /// The error that the first of them failed with.
    var error: (any Error)? { get }

    /// Returns when all are done; throws what the first failed with.
    func wait() throws
}
