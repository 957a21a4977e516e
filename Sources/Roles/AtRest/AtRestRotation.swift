package import EventLogs
package import Keys
import Secrets

/// Another at-rest key for a role, under which the keys of its states are wrapped anew; rows stay as they are. It may run beside
/// the role, and is run again after a kill: whatever was done, every state opens by the key that the keystore has.
///
///     1  at-rest-next is made, and wraps each state's key beside at-rest
///     2  at-rest is kept as at-rest-old, and at-rest-next takes its place
///     3  each state's key is wrapped by at-rest alone
///     4  at-rest-next and at-rest-old are erased
package struct AtRestRotation {
    private let stores: any StateStores
    private let keystore: any Keystore

    /// The states whose rows are of the form before there were data keys.
    package struct FormerRows: Error, CustomStringConvertible {
        package let states: [String]

        package var description: String {
            "rows of an older version are in \(states.joined(separator: ", ")): they are sealed anew, once, while the role is "
                + "stopped; stop it, and say so with --role-is-stopped"
        }
    }

    package init(_ stores: any StateStores, _ keystore: any Keystore) {
        self.stores = stores
        self.keystore = keystore
    }

    /// - Parameters:
    ///   - states: the names of all states of the role, as they are at the time of the call.
    ///   - isStopped: whether the role is known not to run, so that rows of an older version can be sealed anew.
    package func run(states: () -> [String], isStopped: Bool) throws {
        if try !keystore.holds("at-rest-old") {
            let (atRest, next) = (Held(try keystore.localKey("at-rest")), Held(try keystore.localKey("at-rest-next")))
            try sealFormerRows(states(), atRest.key, isStopped)
            for state in states() {
                let store = try stores.open(state)
                var entry = try store.dataKeyEntry(of: state, by: atRest.key)
                guard entry.key(of: state, by: next.key) == nil else { continue }
                guard entry.wrap(of: state, by: next.key, openedBy: atRest.key, alone: false) else {
                    throw LogError.corrupted(reason: "the state `\(state)` does not open by the at-rest key")
                }
                try store.put(entry)
            }
            try keystore.store(atRest.key, "at-rest-old")
        }
        if try keystore.holds("at-rest-next") {
            try keystore.store(try keystore.localKey("at-rest-next"), "at-rest")
        }
        let (atRest, old) = (Held(try keystore.localKey("at-rest")), Held(try keystore.localKey("at-rest-old")))
        for state in states() {
            let store = try stores.open(state)
            var entry = try store.dataKeyEntry(of: state, by: atRest.key)
            // A state that came in between has the old key alone.
            guard
                entry.wrap(of: state, by: atRest.key, openedBy: atRest.key, alone: true)
                    || entry.wrap(of: state, by: atRest.key, openedBy: old.key, alone: true)
            else { throw LogError.corrupted(reason: "the state `\(state)` does not open by the at-rest key") }
            try store.put(entry)
        }
        try keystore.erase("at-rest-next")
        try keystore.erase("at-rest-old")
    }

    /// A key that several calls borrow.
    private final class Held {
        let key: SecretKey
        init(_ key: consuming SecretKey) { self.key = key }
    }

    private func sealFormerRows(_ states: [String], _ atRest: borrowing SecretKey, _ isStopped: Bool) throws {
        var former: [String] = []
        for state in states where try !stores.open(state).dataKeyEntry(of: state, by: atRest).sealsAll {
            former.append(state)
        }
        guard former.isEmpty || isStopped else { throw FormerRows(states: former) }
        for state in former {
            let store = try stores.open(state)
            var entry = try store.dataKeyEntry(of: state, by: atRest)
            guard let data = entry.key(of: state, by: atRest) else {
                throw LogError.corrupted(reason: "the state `\(state)` does not open by the at-rest key")
            }
            try SealedStore(store, key: data, former: DataKeyEntry.formerKey(of: state, atRest)).sealFormerRows()
            entry.sealsAll = true
            try store.put(entry)
        }
    }
}
