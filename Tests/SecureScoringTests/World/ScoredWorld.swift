import Model
import Records

/// A world with a model in force, whose first member sends transactions by number.
struct ScoredWorld {
    let world: World
    private let model: ClearModel

    init() throws {
        world = try World()
        model = try randomModel("v1", spec: world.spec)
        try world.append([try world.activation(try world.deal(model), sequence: 1)])
    }

    func send(_ numbers: ClosedRange<Int64>) throws {
        try world.append(try numbers.map { try world.a.seal(values($0), source: $0, spec: world.spec) })
    }

    /// The clear model's scores by source.
    func expected(_ numbers: ClosedRange<Int64>) -> [Int64: Int64] {
        Dictionary(uniqueKeysWithValues: numbers.map { ($0, model.score(values: values($0))) })
    }
}
