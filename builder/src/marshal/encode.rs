//! Writes a graph as a marshal stream in canonical form.

use super::{FLAG_REF, Marshal, NONE, Node, OBJECTS_BEFORE_LINE, is_container};

impl Marshal<'_> {
    /// Writes the graph in canonical form: only objects that are referenced again are flagged.
    pub fn encode(&self) -> Vec<u8> {
        let uses = self.count_uses();
        let mut out = Vec::with_capacity(self.data.len() + 64);
        let mut places = vec![NONE; self.nodes.len()];
        let mut next_place = 0;
        // Containers being written, each with the number of the next child.
        let mut stack: Vec<(u32, u32)> = Vec::new();
        let mut todo = Some(self.root);
        loop {
            if let Some(id) = todo.take() {
                let node = self.nodes[id as usize];
                let mut flag = 0;
                if !is_singleton(&node) {
                    if places[id as usize] != NONE {
                        out.push(b'r');
                        out.extend(places[id as usize].to_le_bytes());
                    } else if uses[id as usize] > 1 {
                        places[id as usize] = next_place;
                        next_place += 1;
                        flag = FLAG_REF;
                    }
                }
                if is_singleton(&node) || flag != 0 || uses[id as usize] == 1 {
                    self.write_head(&node, flag, &mut out);
                    if is_container(node.tag) {
                        stack.push((id, 0));
                    }
                }
            }
            let Some((id, next)) = stack.last_mut() else { return out };
            let node = self.nodes[*id as usize];
            if node.tag == b'c' && *next == OBJECTS_BEFORE_LINE {
                out.extend(self.numbers[node.numbers as usize].first_line.to_le_bytes());
            }
            if *next == node.len {
                if matches!(node.tag, b'{' | b'}') {
                    out.push(b'0');
                }
                stack.pop();
                continue;
            }
            todo = Some(self.children[(node.start + *next) as usize]);
            *next += 1;
        }
    }

    /// How often each object is written, if what is written again is a reference.
    fn count_uses(&self) -> Vec<u32> {
        let mut uses = vec![0u32; self.nodes.len()];
        let mut todo = vec![self.root];
        while let Some(id) = todo.pop() {
            let uses = &mut uses[id as usize];
            *uses = uses.saturating_add(1);
            let node = &self.nodes[id as usize];
            if *uses == 1 && is_container(node.tag) {
                todo.extend_from_slice(&self.children[node.start as usize..][..node.len as usize]);
            }
        }
        uses
    }

    /// Writes a type code and what stands in front of the children.
    fn write_head(&self, node: &Node, flag: u8, out: &mut Vec<u8>) {
        let tag = match (node.tag, node.interned) {
            (b'z', true) => b'Z',
            (b'a', true) => b'A',
            (b'u', true) => b't',
            (tag, _) => tag,
        };
        match tag {
            b'(' if node.len < 256 => out.extend([b')' | flag, node.len as u8]),
            b'(' | b'[' | b'<' | b'>' => {
                out.push(tag | flag);
                out.extend(node.len.to_le_bytes());
            }
            b'c' => {
                out.push(tag | flag);
                for n in &self.numbers[node.numbers as usize].head[..self.layout.longs] {
                    out.extend(n.to_le_bytes());
                }
            }
            b'z' | b'Z' => {
                out.extend([tag | flag, node.len as u8]);
                out.extend_from_slice(self.payload(node.start, node.len));
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                out.push(tag | flag);
                out.extend(node.len.to_le_bytes());
                out.extend_from_slice(self.payload(node.start, node.len));
            }
            b'{' | b'}' | b':' => out.push(tag | flag),
            _ => {
                out.push(tag | flag);
                out.extend_from_slice(self.payload(node.start, node.len));
            }
        }
    }
}

/// Written in full each time: it is shorter than a reference and exists once per process anyway.
fn is_singleton(node: &Node) -> bool {
    matches!(node.tag, b'N' | b'F' | b'T' | b'S' | b'.') || (node.tag == b'(' && node.len == 0)
}
