/// A process's hold on a name of one file of the embedded log (a writer's id, a group member's instance). Who takes the name
/// later shuts out all before it, for good: also where it has gone since.
struct Fence {
    let name: String
    let epoch: Int64

    /// Takes the name over, in the transaction at hand.
    init(taking name: String, _ db: SQLiteConnection) throws {
        try db.run(
            "INSERT INTO writers (id, epoch) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1", name)
        self.name = name
        epoch = try Self.newest(name, db) ?? 0
    }

    /// Whether nobody has taken the name since. To be asked in the transaction that it guards.
    func holds(_ db: SQLiteConnection) throws -> Bool { try Self.newest(name, db) == epoch }

    private static func newest(_ name: String, _ db: SQLiteConnection) throws -> Int64? {
        try db.statement("SELECT epoch FROM writers WHERE id = ?", name).first { $0.integer(0) }
    }
}
