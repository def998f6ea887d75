//! Shared objects that a stranger's program was compiled to: which may be loaded.
//!
//! By a list of what is allowed, as the loader (glibc's) reads it: through the program headers and the
//! dynamic section, in which a program can have put what it likes. Loading such an object calls
//! nothing of it (no constructors and destructors, no functions that choose functions), searches for
//! libraries where it is always searched, and writes nowhere but into the object itself.

use object::elf::{self, Dyn64, FileHeader64, ProgramHeader64, Rela64, Sym64};
use object::pod::{from_bytes, slice_from_all_bytes};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, Pod};

type Header = FileHeader64<Endianness>;
type Segment = ProgramHeader64<Endianness>;

/// Entries of the dynamic section that are numbers.
const NUMBERS: &[u32] = &[
    elf::DT_STRSZ,
    elf::DT_SYMENT,
    elf::DT_RELASZ,
    elf::DT_RELAENT,
    elf::DT_RELACOUNT,
    elf::DT_PLTRELSZ,
    elf::DT_SONAME,
    elf::DT_SYMBOLIC,
    elf::DT_BIND_NOW,
    elf::DT_FLAGS,
    elf::DT_FLAGS_1,
    elf::DT_VERNEEDNUM,
    // On ARM: how functions are called, and that branches are guarded.
    0x7000_0001,
    0x7000_0003,
    0x7000_0005,
];

/// Entries that are addresses, which the loader reads at, or writes to.
const ADDRESSES: &[u32] = &[
    elf::DT_HASH,
    elf::DT_GNU_HASH,
    elf::DT_STRTAB,
    elf::DT_SYMTAB,
    elf::DT_RELA,
    elf::DT_JMPREL,
    elf::DT_PLTGOT,
    elf::DT_VERSYM,
    elf::DT_VERNEED,
];

/// Entries that have code called, with their names.
const CALLS: &[(u32, &str)] = &[
    (elf::DT_INIT, "a function `_init`"),
    (elf::DT_FINI, "a function `_fini`"),
    (elf::DT_INIT_ARRAY, "constructors (`.init_array`)"),
    (elf::DT_FINI_ARRAY, "destructors (`.fini_array`)"),
    (elf::DT_PREINIT_ARRAY, "constructors (`.preinit_array`)"),
];

/// Relocations: an address within the object, or that of a symbol.
#[cfg(target_arch = "x86_64")]
const RELOCATIONS: &[u32] = &[
    elf::R_X86_64_NONE,
    elf::R_X86_64_64,
    elf::R_X86_64_GLOB_DAT,
    elf::R_X86_64_JUMP_SLOT,
    elf::R_X86_64_RELATIVE,
];
#[cfg(target_arch = "aarch64")]
const RELOCATIONS: &[u32] = &[
    elf::R_AARCH64_NONE,
    elf::R_AARCH64_ABS64,
    elf::R_AARCH64_GLOB_DAT,
    elf::R_AARCH64_JUMP_SLOT,
    elf::R_AARCH64_RELATIVE,
];

/// Bytes that a relocation writes.
const WRITTEN: u64 = 8;

/// Whether an object may be loaded.
///
/// # Errors
///
/// Why not, for the author of the program.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    let object = Object::parse(bytes)?;
    let dynamic = object.dynamic()?;
    for entry in dynamic {
        object.check_entry(entry)?;
    }
    let value = |wanted: u32| {
        let entry = dynamic
            .iter()
            .rev()
            .find(|entry| entry.tag32(object.endian) == Some(wanted));
        entry.map(|entry| entry.d_val(object.endian))
    };
    for (at, size) in [
        (elf::DT_RELA, elf::DT_RELASZ),
        (elf::DT_JMPREL, elf::DT_PLTRELSZ),
    ] {
        if let (Some(at), Some(size)) = (value(at), value(size)) {
            object.check_relocations(at, size, value(elf::DT_SYMTAB))?;
        }
    }
    object.check_symbols()
}

struct Object<'d> {
    bytes: &'d [u8],
    header: &'d Header,
    endian: Endianness,
    segments: &'d [Segment],
}

impl<'d> Object<'d> {
    fn parse(bytes: &'d [u8]) -> Result<Self, String> {
        let bad = |error: object::Error| format!("it is no shared object: {error}");
        let header = Header::parse(bytes).map_err(bad)?;
        let endian = header.endian().map_err(bad)?;
        if header.e_type(endian) != elf::ET_DYN {
            return Err("it is no shared object".into());
        }
        let segments = header.program_headers(endian, bytes).map_err(bad)?;
        Ok(Self {
            bytes,
            header,
            endian,
            segments,
        })
    }

    /// What lies at an address, as far as it comes from the file.
    fn at(&self, address: u64, size: u64) -> Result<&'d [u8], String> {
        let parts = self.segments.iter();
        let mut loaded = parts.filter(|part| part.p_type(self.endian) == elf::PT_LOAD);
        loaded
            .find_map(|part| {
                let found = part.data_range(self.endian, self.bytes, address, size);
                found.ok().flatten()
            })
            .ok_or_else(|| format!("it names {size} bytes at {address:#x}, which it does not have"))
    }

    fn table<T: Pod>(&self, address: u64, size: u64) -> Result<&'d [T], String> {
        slice_from_all_bytes(self.at(address, size)?)
            .map_err(|()| format!("its table at {address:#x} is not a whole one"))
    }

    /// Whether so many bytes at an address are in its memory, be they in the file or not.
    fn has(&self, address: u64, size: u64) -> bool {
        self.segments.iter().any(|part| {
            let begin = part.p_vaddr(self.endian);
            let end = begin.checked_add(part.p_memsz(self.endian));
            part.p_type(self.endian) == elf::PT_LOAD
                && address >= begin
                && (address.checked_add(size))
                    .is_some_and(|last| end.is_some_and(|end| last <= end))
        })
    }

    /// The dynamic section up to its end, from where the loader reads it: out of memory.
    fn dynamic(&self) -> Result<&'d [Dyn64<Endianness>], String> {
        let parts = self.segments.iter();
        let mut sections = parts.filter(|part| part.p_type(self.endian) == elf::PT_DYNAMIC);
        let (Some(section), None) = (sections.next(), sections.next()) else {
            return Err("it does not have exactly one dynamic section".into());
        };
        let at = section.p_vaddr(self.endian);
        let all: &[Dyn64<Endianness>] = self.table(at, section.p_filesz(self.endian))?;
        let end = all.iter().position(|entry| entry.d_tag(self.endian) == 0);
        let end = end.ok_or("its dynamic section has no end")?;
        Ok(&all[..end])
    }

    fn check_entry(&self, entry: &Dyn64<Endianness>) -> Result<(), String> {
        let (tag, value) = (entry.tag32(self.endian), entry.d_val(self.endian));
        let is = |wanted: u32| tag == Some(wanted);
        if let Some((_, what)) = CALLS.iter().find(|(call, _)| is(*call)) {
            return Err(format!(
                "it has {what}, which would run while it is loaded; only kernels that are launched may run"
            ));
        }
        if is(elf::DT_NEEDED) || NUMBERS.iter().any(|number| is(*number)) {
            // A library is looked for in the system's places: nothing else may name others.
            return Ok(());
        }
        if is(elf::DT_PLTREL) && value == u64::from(elf::DT_RELA) {
            return Ok(());
        }
        if ADDRESSES.iter().any(|address| is(*address)) {
            return match self.has(value, WRITTEN) {
                true => Ok(()),
                false => Err(format!(
                    "it names an address outside of itself ({value:#x})"
                )),
            };
        }
        Err(format!(
            "it has an entry {:#x} in its dynamic section, which compiled kernels do not have",
            entry.d_tag(self.endian)
        ))
    }

    fn check_relocations(&self, at: u64, size: u64, symbols: Option<u64>) -> Result<(), String> {
        let all: &[Rela64<Endianness>] = self.table(at, size)?;
        for one in all {
            let (to, kind) = (
                one.r_offset.get(self.endian),
                one.r_type(self.endian, false),
            );
            if !RELOCATIONS.contains(&kind) {
                return Err(format!(
                    "it has a relocation of kind {kind}, which may call code while it is loaded"
                ));
            }
            if !self.has(to, WRITTEN) {
                return Err(format!("it has a relocation outside of itself ({to:#x})"));
            }
            let symbol = u64::from(one.r_sym(self.endian, false));
            if symbol != 0 {
                let table = symbols.ok_or("it has relocations and no symbols")?;
                let each = std::mem::size_of::<Sym64<Endianness>>() as u64;
                let at = table.saturating_add(symbol.saturating_mul(each));
                let (symbol, _) = from_bytes::<Sym64<Endianness>>(self.at(at, each)?)
                    .map_err(|()| "a symbol is cut short")?;
                self.check_symbol(symbol)?;
            }
        }
        Ok(())
    }

    /// Symbols that others look for by their names: the driver, for its kernels.
    fn check_symbols(&self) -> Result<(), String> {
        let bad = |error: object::Error| format!("its sections cannot be read: {error}");
        let sections = self.header.sections(self.endian, self.bytes).map_err(bad)?;
        for kind in [elf::SHT_DYNSYM, elf::SHT_SYMTAB] {
            let table = sections
                .symbols(self.endian, self.bytes, kind)
                .map_err(bad)?;
            for symbol in table.iter() {
                self.check_symbol(symbol)?;
            }
        }
        Ok(())
    }

    fn check_symbol(&self, symbol: &Sym64<Endianness>) -> Result<(), String> {
        match symbol.st_type() {
            elf::STT_GNU_IFUNC => Err(
                "it has a function that chooses another one (`ifunc`), which would run while it is \
                 loaded; only kernels that are launched may run"
                    .into(),
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::process::Command;

    use super::*;

    /// What the tools that drivers use make of assembler.
    fn linked(assembler: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("a.s"), assembler).unwrap();
        for (tool, from, to) in [("as", "a.s", "a.o"), ("ld", "a.o", "a.so")] {
            let mut command = Command::new(tool);
            if tool == "ld" {
                command.arg("-shared");
            }
            let done = command.arg(file(from)).arg("-o").arg(file(to)).status();
            assert!(done.unwrap().success(), "{tool}: {assembler}");
        }
        std::fs::read(file("a.so")).unwrap()
    }

    const KERNEL: &str =
        ".text\n.globl kernel\nkernel: ret\n.data\n.quad kernel, here\nhere: .quad 7\n";

    #[test]
    fn a_kernel_with_pointers_is_fine() {
        assert_eq!(check(&linked(KERNEL)), Ok(()));
    }

    #[test]
    fn a_relocation_outside_of_the_object_is_found() {
        let forged = ".section .rela.dyn,\"a\"\n.quad 0x7f0000000000, 8, 0\n";
        let refused = check(&linked(&format!("{KERNEL}{forged}"))).unwrap_err();
        assert!(
            refused.contains("relocation outside of itself"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_cut_short_is_an_error_and_no_panic() {
        let whole = linked(KERNEL);
        for length in (0..whole.len()).step_by(7) {
            // Without its end it has no section headers, or not all of them.
            check(&whole[..length]).unwrap_err();
        }
        let mut changed = whole.clone();
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0xff] {
                changed[at] = value;
                let _ = check(&changed);
            }
            changed[at] = whole[at];
        }
    }
}
